"""Lesson 8, ways on: its exercises, in the order of the lesson."""

EXERCISES = (
    "study_order",
    "pareto_front",
    "cheapest_good_enough",
    "whole_project",
    "capstone",
)
