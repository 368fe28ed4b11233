# %% [markdown]
# # A ground-truth benchmark for your interpretability tool
#
# Networks whose circuits are known, hidden: neurons shuffled, rescaled, split, doubled, turned around and put among
# decoys. Labels say what each neuron is, so a tool can be scored.

# %%
import numpy as np
import pandas as pd

import pellucid

names = ["minimum", "absolute-value", "minimum-of-three", "l1-norm-of-two"]
hidden = {name: pellucid.disguise(pellucid.library[name].function, seed=1) for name in names}
{name: ("-".join(map(str, one.network.shape)), one.network.hidden_neurons) for name, one in hidden.items()}

# %% [markdown]
# A tool of the simplest kind: a neuron matters if leaving it out changes outputs at random points. It is compared with
# the truth for `minimum`, as the labels tell it:

# %%
one = hidden["minimum"]
_, cache = one.network.run_with_cache(np.random.default_rng(0).uniform(-1, 1, size=(1000, 2)))
weights = dict(zip(one.network.neurons, one.network.weights[-1].T))
rows = []
for label in one.labels["neurons"]:
    name = label.pop("name")
    effect = np.abs(cache[name][:, None] * weights[name]).max()
    rows.append({"neuron": name, "effect": round(effect, 3), **label})
pd.DataFrame(rows).set_index("neuron").fillna("")

# %% [markdown]
# What Pellucid itself says of each:

# %%
{name: str(pellucid.decompile(one.network).formula) for name, one in hidden.items()}
