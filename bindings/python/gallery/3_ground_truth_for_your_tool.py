# %% [markdown]
# # A ground-truth benchmark for your interpretability tool
#
# Networks whose circuits are known, hidden: neurons shuffled, rescaled, split, doubled, turned around and put among
# decoys. Labels say what each neuron is, so a tool can be scored.

# %%
import numpy as np

import pellucid

names = ["minimum", "absolute-value", "minimum-of-three", "l1-norm-of-two"]
hidden = {name: pellucid.disguise(pellucid.library[name].function, seed=1) for name in names}
{name: ("-".join(map(str, one.network.shape)), one.network.hidden_neurons) for name, one in hidden.items()}

# %% [markdown]
# A tool of the simplest kind: a neuron matters if leaving it out changes outputs at random points. It is compared with
# the truth for `minimum`, as the labels tell it:

# %%
one = hidden["minimum"]
model = one.network.to_torch()
x = np.random.default_rng(0).uniform(-1, 1, size=(1000, 2)).astype(np.float64)
reference = one.network(x)
out_weights = one.network.weights[-1]
_, cache = one.network.run_with_cache(x)
effect = {name: float(np.abs(cache[name][:, None] * out_weights[:, i]).max()) for i, name in enumerate(one.network.neurons)}
[(neuron["name"], round(effect[neuron["name"]], 3), {k: v for k, v in neuron.items() if k != "name"}) for neuron in one.labels["neurons"]]

# %% [markdown]
# What Pellucid itself says of each:

# %%
{name: str(pellucid.decompile(one.network).formula) for name, one in hidden.items()}
