# %% [markdown]
# # A survey on a Ray cluster
#
# How often does training find the circuit, and does it help to begin with pairs of neurons that look both ways? A
# survey trains a network for every function, width, regimen and seed, and has each one taken apart. Here a cluster does
# the work; `ray.init()` would connect to one with many machines in the same way.

# %%
import ray

import pellucid

ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
plan = {
    "seeds": range(100),
    "function": [
        {"name": "absolute value", "formula": "abs(x1)", "widths": [2, 4], "steps": 2000},
        {"name": "subtraction", "formula": "x1 - x2", "widths": [2, 4], "steps": 2000},
        {"name": "minimum", "formula": "min(x1, x2)", "widths": [3], "steps": 4000},
    ],
    "regimen": [{"name": "seed"}, {"name": "paired", "init": "paired", "restarts": 5}],
}
survey = pellucid.survey(plan, on="ray", progress=False)
survey

# %% [markdown]
# Rows depend on their seed alone, so one machine finds the same, weights included:

# %%
alone = pellucid.survey(plan, progress=False)
here, there = alone.to_pandas(), survey.to_pandas()
bool((here["weights"].map(bytes) == there["weights"].map(bytes)).all()), here.drop(columns="weights").equals(there.drop(columns="weights"))

# %% [markdown]
# All rows are a data frame. Why were circuits not found?

# %%
there[there["verdict"] != "found"].groupby(["function", "regimen", "cause"]).size().rename("runs").to_frame()

# %% [markdown]
# One of the networks that became the minimum, drawn from its row:

# %%
row = int(there[(there["function"] == "minimum") & (there["verdict"] == "found")].index[0])
pellucid.decompile(survey.network(row))

# %% [markdown]
# Is there anything smaller than what is known? A search trains small networks, makes their numbers simple, and proves
# what it finds. On a box the minimum takes two neurons, not three:

# %%
pellucid.search("min(x1, x2)", smaller_than=3, on="[-1,1]^2", tries=200, progress=False)

# %%
ray.shutdown()
