"""From a raw table to the numbers that a network takes, learnt from the training rows alone: `Preprocessor`.

    parts = split(frame, target, validation=0.2)
    preprocessor = Preprocessor()
    train, validation, test = preprocessor.fit_transform(parts)  # float32 arrays
    model.fit(*train, validation_data=validation)
    preprocessor.attach(model).save("model.keras")  # takes raw rows

Before it, `missing`, `drop_duplicates` and `drop_outliers` look at a table and clean it.

file            what it has
`cleaning`      `missing`, `drop_duplicates` and `drop_outliers`
`preprocessor`  `Preprocessor`
`columns`       what it learns of each column
"""

from dlcourse.datasets.splitting import split
from dlcourse.preprocessing.cleaning import drop_duplicates, drop_outliers, missing
from dlcourse.preprocessing.preprocessor import Preprocessor

__all__ = ["Preprocessor", "drop_duplicates", "drop_outliers", "missing", "split"]
