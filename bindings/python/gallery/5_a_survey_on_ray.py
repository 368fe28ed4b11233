# %% [markdown]
# # A survey on a Ray cluster
#
# How often does training find the circuit, with the settings of the seed's notebook and with better ones? A survey
# trains a network for every function, width, regimen and seed, and has each one taken apart. Here a cluster of two
# workers does it; one of many machines is used in the same way.

# %%
import ray

import pellucid

ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
reliable = {"optimizer": {"kind": "levenberg-marquardt", "damping": 0.01}, "steps": 60, "batch": 256}
plan = {
    "seeds": range(100),
    "function": [
        {"name": "absolute value", "formula": "abs(x1)", "widths": [2], "steps": 2000},
        {"name": "subtraction", "formula": "x1 - x2", "widths": [2], "steps": 2000},
        {"name": "minimum", "formula": "min(x1, x2)", "widths": [3], "steps": 10_000},
    ],
    "regimen": [
        {"name": "seed"},
        {"name": "reliable", "init": "paired", "restarts": 40, "restart_above": 1e-10, **reliable},
    ],
}
survey = pellucid.survey(plan, on="ray")
survey

# %% [markdown]
# Rows depend on their seed alone, so one machine finds the same, weights included:

# %%
tables = [one.to_pandas() for one in (survey, pellucid.survey(plan))]
for table in tables:
    table["weights"] = table["weights"].map(bytes)
tables[0].equals(tables[1])

# %% [markdown]
# All rows are a data frame. Why were circuits not found?

# %%
rows = tables[0]
rows[rows["verdict"] != "found"].groupby(["function", "regimen", "cause"]).size().rename("runs").to_frame()

# %% [markdown]
# One of the networks that became the minimum, drawn from its row:

# %%
row = int(rows[(rows["function"] == "minimum") & (rows["verdict"] == "found")].index[0])
pellucid.decompile(survey.network(row))

# %% [markdown]
# Is there anything smaller than the smallest network that is known? A search trains many small networks, makes the
# numbers of those that come close simple, and proves what it finds. For the median of three there is:

# %%
pellucid.search("median(x1, x2, x3)", tries=32)

# %%
ray.shutdown()
