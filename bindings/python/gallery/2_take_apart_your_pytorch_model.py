# %% [markdown]
# # Take apart your PyTorch model
#
# A model is trained with PyTorch, as anybody would, and handed over as it is.

# %%
import torch

import pellucid

torch.manual_seed(3)
model = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.ReLU(), torch.nn.Linear(6, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(6000):
    x = torch.rand(512, 2) * 2 - 1
    loss = ((model(x)[:, 0] - (x[:, 0] - x[:, 1]).abs()) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step == 4000:
        optimizer.param_groups[0]["lr"] = 1e-3
loss.item()

# %%
found = pellucid.decompile(model, within=0.01, target="abs(x1 - x2)")
found

# %% [markdown]
# How far the model is from what it was trained for, exactly and everywhere on the box, not at samples alone:

# %%
pellucid.prove(model, "abs(x1 - x2)", on="[-1,1]^2", within=0.05)

# %% [markdown]
# The activations by the names that the answer uses:

# %%
out, cache = pellucid.as_network(model).run_with_cache(torch.tensor([[0.5, -0.25]]))
{name: float(cache[name][0]) for name in cache if name.startswith("h1.")}
