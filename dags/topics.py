"""One DAG for each topic in config/topics/."""

from tearsheet.airflow.topics import topic_dag
from tearsheet.airflow.workplace import configuration

config = configuration(__file__)
for topic in config.topics.values():
    topic_dag(config, topic)
