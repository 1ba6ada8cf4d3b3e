"""Data sets of other people: one command fetches them, checks them, and lays them out like ours.

Run ``python -m data_scripts.original list``; docs/data.md says what comes from where, and under
which licence.
"""
