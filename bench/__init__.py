"""Benchmarks: the app beside the two obvious ways to show an agent's answer in Streamlit."""
