"""PostgreSQL in the box: started and stopped by ourselves from the binaries of a wheel."""

from kassa.embedded.datadir import DataDirFault, default_data_dir, prepare, secret_file
from kassa.embedded.postgres import Cluster, PostgresFault

__all__ = ["Cluster", "DataDirFault", "PostgresFault", "default_data_dir", "prepare", "secret_file"]
