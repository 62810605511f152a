"""Benchmarks: what is promised of speed, measured beside what it is compared with.

Every figure is a ratio of two things done in the same run on the same server; seconds of one
machine say nothing of another's.
"""
