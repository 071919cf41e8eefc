"""Running the app on several processes: in containers (compose.yaml), or as plain processes (cluster.py)."""
