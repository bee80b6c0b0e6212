from . import (
    clusters,
    comparing,
    drivers,
    indexes,
    kano,
    matrices,
    sampling,
    scores,
    sentiment,
)
