"""The one place that reaches into Streamlit's internals: a file for each thing that it does differently or looks up.

Each has a contract test that tells when Streamlit has changed.
"""
