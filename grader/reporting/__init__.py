"""A class's results as pages for people and files for machines.

writing       all of it, into a folder
analysis      what is computed about a class
pages         HTML, from templates/
tables        CSV, JSON, and rows for the writers of platforms
similar_page  answers that are alike, side by side
file_names    what the files are called
"""
