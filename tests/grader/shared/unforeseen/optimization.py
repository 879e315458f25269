"""Wrong answers to the value exercises of lesson 3b, optimization, each with its true cause."""

# ruff: noqa: F811, RET504
import math

import numpy as np
from unforeseen.catalogue import wrong


@wrong(
    "minibatches", "shuffles the list of the batches' beginnings, too, so the batches come in another order"
)
def minibatches(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    starts = np.arange(0, n, batch_size)
    rng.shuffle(starts)
    return [order[s : s + batch_size] for s in starts]


@wrong("minibatches", "sorts the indices of each batch after cutting")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    batches = []
    for start in range(0, n, batch_size):
        batch = order[start : start + batch_size]
        batches.append(np.sort(batch))
    return batches


@wrong("minibatches", "fills the last batch up with indices from the front, so that all are of one size")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    batches = []
    for start in range(0, n, batch_size):
        indices = [order[i % n] for i in range(start, start + batch_size)]
        batches.append(np.array(indices))
    return batches


@wrong("minibatches", "numbers the samples from 1 to n in place of 0 to n - 1")
def minibatches(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    samples = rng.permutation(n) + 1
    result = []
    i = 0
    while i < n:
        result.append(samples[i : i + batch_size])
        i += batch_size
    return result


@wrong("minibatches", "loses the last index of each batch because the end of the slice is one too early")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    result = []
    for start in range(0, n, batch_size):
        end = min(start + batch_size, n)
        result.append(order[start : end - 1] if end - start > 1 else order[start:end])
    return result


@wrong("minibatches", "moves on by one index in place of a whole batch, so the batches overlap")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    number = math.ceil(n / batch_size)
    batches = []
    for i in range(number):
        batches.append(order[i : i + batch_size])
    return batches


@wrong("minibatches", "cuts from the back of the shuffled order, so the short batch comes first")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    batches = []
    end = n
    while end > 0:
        start = max(0, end - batch_size)
        batches.insert(0, order[start:end])
        end = start
    return batches


@wrong("minibatches", "ignores the seed: the generator always starts from 0")
def minibatches(n, batch_size, seed=0):
    rng = np.random.default_rng(0)
    order = rng.permutation(n)
    batches = []
    for start in range(0, n, batch_size):
        batches.append(order[start : start + batch_size])
    return batches


@wrong("minibatches", "shuffles anew for every batch, so samples come twice or never")
def minibatches(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    batches = []
    for start in range(0, n, batch_size):
        order = rng.permutation(n)
        batches.append(order[start : start + batch_size])
    return batches


@wrong("minibatches", "joins the samples left over to the last full batch in place of making a short one")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    number = max(n // batch_size, 1)
    batches = []
    for i in range(number):
        if i == number - 1:
            batches.append(order[i * batch_size :])
        else:
            batches.append(order[i * batch_size : (i + 1) * batch_size])
    return batches


@wrong(
    "minibatches", "returns nothing where the batch is larger than the data, since n // batch_size is 0 there"
)
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    full = n // batch_size
    if full == 0:
        return []
    batches = [order[i * batch_size : (i + 1) * batch_size] for i in range(full)]
    if n % batch_size > 0:
        batches.append(order[full * batch_size :])
    return batches


@wrong("minibatches", "forgets the last batch where exactly one sample is left over")
def minibatches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    batches = []
    start = 0
    while start < n - 1:
        batches.append(order[start : start + batch_size])
        start += batch_size
    return batches


@wrong("momentum_step", "forgets the momentum: the old velocity is kept in full")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    velocity = velocity - learning_rate * grad
    theta = theta + velocity
    return theta, velocity


@wrong("momentum_step", "multiplies the new velocity with the momentum once more before it is added to theta")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    new_velocity = momentum * velocity - learning_rate * grad
    new_theta = theta + momentum * new_velocity
    return new_theta, new_velocity


@wrong("momentum_step", "swaps the learning rate and the momentum")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    kept = learning_rate * velocity
    step = momentum * grad
    v = kept - step
    return theta + v, v


@wrong("momentum_step", "subtracts the velocity from theta though it already points downhill")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = momentum * velocity - learning_rate * grad
    theta = theta - v
    return theta, v


@wrong("momentum_step", "applies the plain gradient step to theta on top of the velocity")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    new_v = momentum * velocity - learning_rate * grad
    theta_new = theta - learning_rate * grad
    theta_new = theta_new + new_v
    return theta_new, new_v


@wrong("momentum_step", "returns the old velocity beside the right new theta")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    new_velocity = momentum * velocity - learning_rate * grad
    new_theta = theta + new_velocity
    return new_theta, velocity


@wrong("momentum_step", "forgets the learning rate: the whole gradient is taken off the velocity")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    theta = np.asarray(theta)
    v = momentum * velocity - grad
    return theta + v, v


@wrong("momentum_step", "forgets to add the velocity to theta: it returns the velocity as the new parameters")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = momentum * velocity
    v = v - learning_rate * grad
    theta = v
    return theta, v


@wrong("momentum_step", "keeps 1 - momentum of the old velocity, and not momentum")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    friction = 1 - momentum
    v = friction * velocity - learning_rate * grad
    return theta + v, v


@wrong(
    "momentum_step",
    "subtracts the gradient from theta without velocity, and updates the velocity only for later",
)
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    new_theta = theta - learning_rate * grad
    new_velocity = momentum * velocity - learning_rate * grad
    return new_theta, new_velocity


@wrong(
    "momentum_step", "puts the minus in front of both terms: the old velocity is taken with the wrong sign"
)
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = -(momentum * velocity + learning_rate * grad)
    return theta + v, v


@wrong("momentum_step", "adds the momentum as a plain number: + in place of times, and steps uphill")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = momentum + velocity + learning_rate * grad
    return theta + v, v


@wrong(
    "momentum_step",
    "resets the velocity of a parameter whose gradient points against it, as in some variants",
)
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = np.where(velocity * grad > 0, 0.0, momentum * velocity) - learning_rate * grad
    return theta + v, v


@wrong(
    "momentum_step", "keeps 1 - momentum of the old velocity, and takes the whole gradient without the rate"
)
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    v = (1 - momentum) * velocity
    v = v - grad
    new_theta = theta + v
    return new_theta, v


@wrong("momentum_step", "steps uphill, and returns the old velocity")
def momentum_step(theta, grad, velocity, learning_rate, momentum):
    new_v = momentum * velocity + learning_rate * grad
    theta = theta + new_v
    return theta, velocity


@wrong("rmsprop_step", "squares the whole of (1 - rho) times the gradient in place of the gradient alone")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v_new = rho * v + ((1 - rho) * grad) ** 2
    theta_new = theta - learning_rate * grad / np.sqrt(v_new + epsilon)
    return theta_new, v_new


@wrong("rmsprop_step", "adds epsilon to the average that is kept, so it is carried along to the next step")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2 + epsilon
    theta = theta - learning_rate * grad / np.sqrt(v)
    return theta, v


@wrong("rmsprop_step", "one mean square over all parameters in place of one for each")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * np.mean(grad**2)
    step = learning_rate * grad / np.sqrt(v + epsilon)
    return theta - step, v


@wrong(
    "rmsprop_step",
    "the sign alone decides the step: divides by the size of the present gradient, not the average",
)
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    new_v = rho * v + (1 - rho) * grad**2
    size = np.sqrt(grad**2 + epsilon)
    return theta - learning_rate * grad / size, new_v


@wrong("rmsprop_step", "forgets the factor 1 - rho at the new square")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    average = rho * v + grad**2
    root = np.sqrt(average + epsilon)
    return theta - learning_rate * grad / root, average


@wrong("rmsprop_step", "multiplies with the root in place of dividing by it")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2
    rate = learning_rate * np.sqrt(v + epsilon)
    return theta - rate * grad, v


@wrong("rmsprop_step", "forgets the gradient in the step: only the rate over the root is taken off")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * np.square(grad)
    adapted_rate = learning_rate / np.sqrt(v + epsilon)
    theta = theta - adapted_rate
    return theta, v


@wrong("rmsprop_step", "returns the old average beside the right new theta")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    new_v = rho * v + (1 - rho) * grad * grad
    new_theta = theta - learning_rate * grad / np.sqrt(new_v + epsilon)
    return new_theta, v


@wrong("rmsprop_step", "averages the plain gradient, and squares the average afterwards")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad
    v = v**2
    return theta - learning_rate * grad / np.sqrt(v + epsilon), v


@wrong("rmsprop_step", "adds epsilon outside of the root, and steps uphill")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2
    step = learning_rate * grad / (np.sqrt(v) + epsilon)
    return theta + step, v


@wrong("rmsprop_step", "adds a bias correction 1 / (1 - rho) that only Adam has")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2
    v_hat = v / (1 - rho)
    theta = theta - learning_rate * grad / np.sqrt(v_hat + epsilon)
    return theta, v


@wrong("rmsprop_step", "keeps the larger of epsilon and the average in place of their sum")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2
    below = np.sqrt(np.maximum(v, epsilon))
    return theta - learning_rate * grad / below, v


@wrong("rmsprop_step", "returns the root of the average as the state")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * grad**2
    v = np.sqrt(v + epsilon)
    theta = theta - learning_rate * grad / v
    return theta, v


@wrong("rmsprop_step", "the shares of old and new are swapped, and the root is forgotten")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    average = (1 - rho) * v + rho * grad**2
    change = learning_rate * grad / (average + epsilon)
    return theta - change, average


@wrong("rmsprop_step", "the step uses the old average, and the new one has no factor 1 - rho")
def rmsprop_step(theta, grad, v, learning_rate, rho, epsilon):
    new_theta = theta - learning_rate * grad / np.sqrt(v + epsilon)
    new_v = rho * v + grad**2
    return new_theta, new_v


@wrong("adam_step", "forgets the factor 1 - beta_1 at the gradient in m")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, m, v


@wrong("adam_step", "corrects v with beta_1 in place of beta_2")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m_new = beta_1 * m + (1 - beta_1) * grad
    v_new = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m_new / (1 - beta_1**t)
    v_hat = v_new / (1 - beta_1**t)
    theta_new = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta_new, m_new, v_new


@wrong("adam_step", "multiplies with the bias corrections in place of dividing by them")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m * (1 - beta_1**t)
    v_hat = v * (1 - beta_2**t)
    return theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@wrong("adam_step", "uses the gradient in place of the corrected average m in the step")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    v_hat = v / (1 - beta_2**t)
    theta = theta - learning_rate * grad / (np.sqrt(v_hat) + epsilon)
    return theta, m, v


@wrong("adam_step", "v averages the square of the new m in place of the square of the gradient")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * m**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    step = learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta - step, m, v


@wrong("adam_step", "corrects the old averages in place of the new ones")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    m_next = beta_1 * m + (1 - beta_1) * grad
    v_next = beta_2 * v + (1 - beta_2) * grad**2
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, m_next, v_next


@wrong("adam_step", "beta and 1 - beta have changed places in both averages")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = (1 - beta_1) * m + beta_1 * grad
    v = (1 - beta_2) * v + beta_2 * grad**2
    mhat = m / (1 - beta_1**t)
    vhat = v / (1 - beta_2**t)
    theta = theta - learning_rate * mhat / (np.sqrt(vhat) + epsilon)
    return theta, m, v


@wrong("adam_step", "the bracket below the fraction is missing, so epsilon is added to the step itself")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = np.maximum(v / (1 - beta_2**t), 1e-30)
    return theta - learning_rate * m_hat / np.sqrt(v_hat) + epsilon, m, v


@wrong("adam_step", "returns the two averages in the other order")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    v = beta_2 * v + (1 - beta_2) * grad**2
    m = beta_1 * m + (1 - beta_1) * grad
    v_hat = v / (1 - beta_2**t)
    m_hat = m / (1 - beta_1**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, v, m


@wrong("adam_step", "forgets the learning rate in the step")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    new_m = beta_1 * m + (1 - beta_1) * grad
    new_v = beta_2 * v + (1 - beta_2) * (grad * grad)
    corrected_m = new_m / (1 - beta_1**t)
    corrected_v = new_v / (1 - beta_2**t)
    return theta - corrected_m / (np.sqrt(corrected_v) + epsilon), new_m, new_v


@wrong("adam_step", "corrects the bias in the first step only, with an if on t")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    if t == 1:
        m_hat = m / (1 - beta_1)
        v_hat = v / (1 - beta_2)
    else:
        m_hat, v_hat = m, v
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, m, v


@wrong("adam_step", "no bias correction, and epsilon stands under the root")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    theta = theta - learning_rate * m / np.sqrt(v + epsilon)
    return theta, m, v


@wrong("adam_step", "returns the old m and v: only theta is new")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m1 = beta_1 * m + (1 - beta_1) * grad
    v1 = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m1 / (1 - beta_1**t)
    v_hat = v1 / (1 - beta_2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, m, v


@wrong("adam_step", "leaves the bias correction out from step 10 on, since it hardly matters there")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat, v_hat = m, v
    if t < 10:
        m_hat = m / (1 - beta_1**t)
        v_hat = v / (1 - beta_2**t)
    return theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@wrong("adam_step", "steps uphill, and returns the corrected averages")
def adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m = m / (1 - beta_1**t)
    v = v / (1 - beta_2**t)
    theta = theta + learning_rate * m / (np.sqrt(v) + epsilon)
    return theta, m, v


@wrong("clip_by_global_norm", "clips where the norm is too long to 1 in place of max_norm")
def clip_by_global_norm(grads, max_norm):
    total = 0.0
    for g in grads:
        total += np.sum(g**2)
    norm = np.sqrt(total)
    if norm > max_norm:
        return [g / norm for g in grads]
    return [g.copy() for g in grads]


@wrong("clip_by_global_norm", "takes the root of the mean of all squares for the norm")
def clip_by_global_norm(grads, max_norm):
    total, count = 0.0, 0
    for g in grads:
        total += np.sum(g**2)
        count += g.size
    norm = np.sqrt(total / count)
    if norm <= max_norm:
        return list(grads)
    return [g * max_norm / norm for g in grads]


@wrong("clip_by_global_norm", "takes the sum of all absolute values for the norm")
def clip_by_global_norm(grads, max_norm):
    norm = 0
    for g in grads:
        norm += np.abs(g).sum()
    if norm > max_norm:
        factor = max_norm / norm
        grads = [factor * g for g in grads]
    return grads


@wrong(
    "clip_by_global_norm",
    "the condition is the wrong way round: short gradients are stretched, long ones stay",
)
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum([np.sum(np.square(g)) for g in grads]))
    if 0 < norm < max_norm:
        return [g * max_norm / norm for g in grads]
    return [g.copy() for g in grads]


@wrong("clip_by_global_norm", "the factor is turned over: it multiplies with norm / max_norm")
def clip_by_global_norm(grads, max_norm):
    norm = math.sqrt(sum(float((g**2).sum()) for g in grads))
    if norm > max_norm:
        return [g * norm / max_norm for g in grads]
    return [g * 1.0 for g in grads]


@wrong("clip_by_global_norm", "overwrites the norm in the loop, so only the last array counts for it")
def clip_by_global_norm(grads, max_norm):
    norm = 0.0
    for g in grads:
        norm = np.sqrt(np.sum(g**2))
    clipped = []
    for g in grads:
        if norm > max_norm:
            clipped.append(g * max_norm / norm)
        else:
            clipped.append(g)
    return clipped


@wrong(
    "clip_by_global_norm",
    "scales only the arrays whose own norm is beyond the limit, though by the global factor",
)
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    result = []
    for g in grads:
        if np.sqrt(np.sum(g**2)) > max_norm:
            result.append(g * (max_norm / norm))
        else:
            result.append(g + 0.0)
    return result


@wrong("clip_by_global_norm", "squares the sum of the entries in place of summing their squares")
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g) ** 2 for g in grads))
    if norm <= max_norm:
        return list(grads)
    return [g * max_norm / norm for g in grads]


@wrong("clip_by_global_norm", "compares the sum of the squares with max_norm, and divides by the root of it")
def clip_by_global_norm(grads, max_norm):
    squares = sum(np.sum(g * g) for g in grads)
    if squares > max_norm:
        scale = max_norm / np.sqrt(squares)
        return [g * scale for g in grads]
    return list(grads)


@wrong("clip_by_global_norm", "gives every array the norm max_norm where the whole is too long")
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm <= max_norm:
        return list(grads)
    out = []
    for g in grads:
        own = np.sqrt(np.sum(g**2))
        out.append(g / own * max_norm if own > 0 else g)
    return out


@wrong("clip_by_global_norm", "joins all arrays to one long vector and hands that back in place of the list")
def clip_by_global_norm(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = np.linalg.norm(flat)
    if norm > max_norm:
        flat = flat * max_norm / norm
    return [flat]


@wrong(
    "clip_by_global_norm",
    "returns zeros where gradients are within the limit, for the else branch fills nothing in",
)
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    clipped = [np.zeros_like(g) for g in grads]
    if norm > max_norm:
        for i, g in enumerate(grads):
            clipped[i] = g * max_norm / norm
    return clipped


@wrong(
    "clip_by_global_norm",
    "forgets to multiply with max_norm, and always divides by the norm plus a tiny number",
)
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g / (norm + 1e-12) for g in grads]


@wrong("clip_by_global_norm", "clips each array by itself, and by the sum of its squares without the root")
def clip_by_global_norm(grads, max_norm):
    out = []
    for g in grads:
        size = np.sum(g**2)
        if size > max_norm:
            g = g * max_norm / size
        out.append(g)
    return out


@wrong("clip_by_global_norm", "decides by the first array's norm whether to clip")
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    first = np.sqrt(np.sum(grads[0] ** 2))
    if first <= max_norm:
        return list(grads)
    return [g * max_norm / norm for g in grads]


@wrong("cosine_decay", "takes a sine in place of the cosine")
def cosine_decay(step, total_steps, initial):
    if step >= total_steps:
        return 0.0
    return 0.5 * initial * (1 + math.sin(math.pi * step / total_steps))


@wrong("cosine_decay", "stays at the initial rate after the end in place of 0")
def cosine_decay(step, total_steps, initial):
    if step > total_steps:
        return initial
    progress = step / total_steps
    return 0.5 * initial * (1 + math.cos(math.pi * progress))


@wrong("cosine_decay", "subtracts the cosine, so the rate rises from 0 to the initial one")
def cosine_decay(step, total_steps, initial):
    progress = min(step / total_steps, 1.0)
    return 0.5 * initial * (1 - math.cos(math.pi * progress))


@wrong("cosine_decay", "forgets the 1 in the bracket, so rates go below 0")
def cosine_decay(step, total_steps, initial):
    if step >= total_steps:
        return 0.0
    return 0.5 * initial * math.cos(math.pi * step / total_steps)


@wrong("cosine_decay", "the 1 stands outside the multiplication: ½ · initial · 1 + cos")
def cosine_decay(step, total_steps, initial):
    if step >= total_steps:
        return 0.0
    cosine = math.cos(math.pi * step / total_steps)
    return 0.5 * initial * 1 + cosine


@wrong("cosine_decay", "divides the total by the step in place of the step by the total")
def cosine_decay(step, total_steps, initial):
    if step == 0:
        return initial
    if step >= total_steps:
        return 0.0
    return 0.5 * initial * (1 + math.cos(math.pi * total_steps / step))


@wrong("cosine_decay", "the last step is total_steps - 1, so the rate is 0 a step too early")
def cosine_decay(step, total_steps, initial):
    last = max(total_steps - 1, 1)
    progress = min(step / last, 1.0)
    return 0.5 * initial * (1 + math.cos(math.pi * progress))


@wrong("cosine_decay", "starts anew after the end, as with restarts: the step is taken modulo the total")
def cosine_decay(step, total_steps, initial):
    position = step % total_steps
    return 0.5 * initial * (1 + math.cos(math.pi * position / total_steps))


@wrong("cosine_decay", "ignores the initial rate: the curve runs from 1 to 0")
def cosine_decay(step, total_steps, initial):
    progress = min(step, total_steps) / total_steps
    rate = 0.5 * (1 + np.cos(np.pi * progress))
    return float(rate)


@wrong("cosine_decay", "never falls below a hundredth of the initial rate")
def cosine_decay(step, total_steps, initial):
    floor = 0.01 * initial
    if step >= total_steps:
        return floor
    rate = 0.5 * initial * (1 + math.cos(math.pi * step / total_steps))
    return max(rate, floor)


@wrong("cosine_decay", "counts steps from 1: uses step + 1 in the formula")
def cosine_decay(step, total_steps, initial):
    done = step + 1
    if done >= total_steps:
        return 0.0
    return 0.5 * initial * (1 + math.cos(math.pi * done / total_steps))


@wrong("cosine_decay", "squares the factor of the curve")
def cosine_decay(step, total_steps, initial):
    progress = min(step, total_steps) / total_steps
    factor = 0.5 * (1 + math.cos(math.pi * progress))
    return initial * factor**2


@wrong("cosine_decay", "the ½ is missing, and the rate rises again after the end")
def cosine_decay(step, total_steps, initial):
    progress = step / total_steps
    rate = initial * (1 + math.cos(math.pi * progress))
    return rate


@wrong("cosine_decay", "a quarter of a wave, and below 0 after the end")
def cosine_decay(step, total_steps, initial):
    angle = math.pi / 2 * (step / total_steps)
    return initial * math.cos(angle)


@wrong("batch_size_for", "forgets to square the length of the mean gradient")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    variance = gradients.var(axis=0).sum()
    length = np.linalg.norm(mean)
    return max(1, math.ceil(variance / (relative_error**2 * length)))


@wrong("batch_size_for", "uses the standard deviation in place of the variance")
def batch_size_for(gradients, relative_error):
    mean = np.mean(gradients, axis=0)
    spread = np.sqrt(np.sum(np.var(gradients, axis=0)))
    needed = spread / (relative_error**2 * np.sum(mean**2))
    return max(1, int(np.ceil(needed)))


@wrong("batch_size_for", "takes the mean of the variances over the directions in place of their sum")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    variance = gradients.var(axis=0).mean()
    allowed = relative_error * np.linalg.norm(mean)
    return max(1, int(np.ceil(variance / allowed**2)))


@wrong(
    "batch_size_for", "takes the mean squared length of all gradients in place of the length of their mean"
)
def batch_size_for(gradients, relative_error):
    variance = np.sum(gradients.var(axis=0))
    size = np.mean(np.sum(gradients**2, axis=1))
    return max(1, int(np.ceil(variance / (relative_error**2 * size))))


@wrong("batch_size_for", "does not take the mean away: the mean square in place of the variance")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    squares = np.mean(np.sum(gradients**2, axis=1))
    n = squares / (relative_error**2 * np.sum(mean**2))
    return max(1, int(np.ceil(n)))


@wrong("batch_size_for", "never asks for more than there are samples")
def batch_size_for(gradients, relative_error):
    n = len(gradients)
    mean = gradients.mean(axis=0)
    variance = np.sum(gradients.var(axis=0))
    needed = variance / (relative_error**2 * np.sum(mean**2))
    return int(np.clip(np.ceil(needed), 1, n))


@wrong("batch_size_for", "gives 0 where all gradients are alike, in place of at least 1")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    deviations = gradients - mean
    variance = (deviations**2).sum(axis=1).mean()
    return int(np.ceil(variance / (relative_error * np.linalg.norm(mean)) ** 2))


@wrong(
    "batch_size_for", "draws without replacement: a finite population's correction makes the batch smaller"
)
def batch_size_for(gradients, relative_error):
    n = len(gradients)
    mean = gradients.mean(axis=0)
    variance = gradients.var(axis=0).sum()
    needed = variance / (relative_error**2 * np.sum(mean**2))
    needed = needed * n / (n - 1 + needed)
    return max(1, int(np.ceil(needed)))


@wrong("batch_size_for", "the sum of squared deviations isn't divided by n")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    total = np.sum((gradients - mean) ** 2)
    batch = total / (relative_error**2 * np.sum(mean**2))
    return max(1, int(np.ceil(batch)))


@wrong("batch_size_for", "rounds to the nearest whole number in place of up")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    variance = np.sum(gradients.var(axis=0))
    batch = variance / (relative_error**2 * np.sum(mean**2))
    return max(1, round(float(batch)))


@wrong("batch_size_for", "adds one sample on top of the number that is rounded up already")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=0)
    variance = np.sum((gradients - mean) ** 2) / len(gradients)
    exact = variance / (relative_error**2 * np.sum(mean**2))
    return int(np.ceil(exact)) + 1


@wrong("batch_size_for", "averages over the directions in place of the samples, with axis 1")
def batch_size_for(gradients, relative_error):
    mean = gradients.mean(axis=1)
    variance = gradients.var(axis=1).sum()
    below = relative_error**2 * np.sum(mean**2)
    return max(1, int(np.ceil(variance / below)))


@wrong("batch_size_for", "treats each direction by itself and takes the one that needs most samples")
def batch_size_for(gradients, relative_error):
    needed = 1
    for j in range(gradients.shape[1]):
        column = gradients[:, j]
        if column.var() == 0:
            continue
        allowed = relative_error * abs(column.mean())
        needed = max(needed, math.ceil(column.var() / allowed**2))
    return needed


@wrong("batch_size_for", "divides by n - 1 and rounds down")
def batch_size_for(gradients, relative_error):
    n = len(gradients)
    mean = gradients.mean(axis=0)
    variance = np.sum((gradients - mean) ** 2) / (n - 1)
    batch = variance / (relative_error**2 * np.sum(mean**2))
    return max(1, int(batch))


@wrong("batch_size_for", "takes the spread of the gradients' lengths, and not of the gradients")
def batch_size_for(gradients, relative_error):
    lengths = np.linalg.norm(gradients, axis=1)
    allowed = relative_error * lengths.mean()
    return max(1, int(np.ceil(lengths.var() / allowed**2)))


@wrong("adam_path", "the path lacks its first point, the start")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = []
    for t in range(1, steps + 1):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path).reshape(steps, len(theta))


@wrong(
    "adam_path",
    "counts t from 0 and holds it to 1, so the correction lags a step behind from the second step on",
)
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(steps):
        gradient = g(theta)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        m_hat = m / (1 - 0.9 ** max(t, 1))
        v_hat = v / (1 - 0.999 ** max(t, 1))
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "counts t up from 1 before it is used, so the correction is a step ahead")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    t = 1
    for _ in range(steps):
        t += 1
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "left two of the faults: the correction stands still and epsilon is under the root")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    t = 1
    for _ in range(steps):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / np.sqrt(v_hat + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "left two of the faults: m and v are one array, and all later rows are the last point")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(1, steps + 1):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta)
    return np.array(path)


@wrong(
    "adam_path", "took the copies of theta out: all rows are the last point, and the start itself is moved"
)
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    path = [theta]
    for t in range(1, steps + 1):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta)
    return np.array(path)


@wrong("adam_path", "v averages the size of the gradient and not its square")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    points = [theta.copy()]
    current = theta.copy()
    for t in range(1, steps + 1):
        gradient = g(current)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * np.abs(gradient)
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        current = current - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        points.append(current)
    return np.array(points)


@wrong("adam_path", "overwrites m and v by their corrected twins, so they are corrected again in each step")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(1, steps + 1):
        gradient = g(theta)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        m = m / (1 - 0.9**t)
        v = v / (1 - 0.999**t)
        theta = theta - learning_rate * m / (np.sqrt(v) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "asks for the gradient once, at the start, and uses it in each step")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    gradient = g(theta)
    path = [theta.copy()]
    for t in range(1, steps + 1):
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "set the average of the squares to 0.99 as its share, as if beta_2 were 0.99")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(1, steps + 1):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.99
        v += 0.01 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.99**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "the loop runs one step too few, as range ends before its end")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(1, steps):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


@wrong("adam_path", "returns the last point alone in place of the path")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    for t in range(1, steps + 1):
        gradient = g(theta)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta


@wrong("adam_path", "left three of the faults: only the two moments were parted")
def adam_path(g, theta, learning_rate, epsilon, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    t = 1
    for _ in range(steps):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / np.sqrt(v_hat + epsilon)
        path.append(theta)
    return np.array(path)
