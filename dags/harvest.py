"""One harvest DAG for each collection in config/collections/."""

from tearsheet.airflow.harvest import harvest_dag
from tearsheet.airflow.workplace import configuration

config = configuration(__file__)
for collection in config.collections.values():
    harvest_dag(config, collection)
