"""Tearsheet in Airflow: the DAG builders that dags/ loops over, and the one operator they need.

Together with dags/ the only place that imports airflow. Tasks hand each other nights and batch ids, never files:
each can run on another machine.
"""
