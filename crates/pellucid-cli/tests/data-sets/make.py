"""Writes one small data set as .csv, .npy, .npz and .parquet. Needs numpy and pyarrow."""

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

folder = Path(__file__).parent
x = numpy.array([[1, 0], [1, -1], [0.5, -0.25], [2, -0.5]])
y = x[:, 0] - x[:, 1]
(folder / "points.csv").write_text("x1,x2,y\n" + "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x, y)))
numpy.save(folder / "points.npy", numpy.asfortranarray(numpy.column_stack([x, y])))
numpy.savez_compressed(folder / "points.npz", x=x.astype(numpy.float32), y=y)
labels = [f"row {i}" for i in range(len(x))]
table = {"label": labels, "x2": x[:, 1], "y": y, "x1": x[:, 0].astype(numpy.float32)}
pyarrow.parquet.write_table(pyarrow.table(table), folder / "points.parquet")
pyarrow.parquet.write_table(pyarrow.table(table), folder / "points-gzip.parquet", compression="gzip", row_group_size=3)
pyarrow.parquet.write_table(pyarrow.table(table), folder / "points-zstd.parquet", compression="zstd")
