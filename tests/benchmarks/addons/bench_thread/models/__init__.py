from . import bench_thread
