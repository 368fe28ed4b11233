# %% [markdown]
# # The seed's notebook in ten lines
#
# [Mathematical Circuits in Neural Nets](https://github.com/sosier/Mathematical_Circuits_in_Neural_Nets) trains networks
# for small functions and finds the circuits in them by hand. Here the smallest circuit is derived and proved, and the
# trainings are done again, with the same random numbers.

# %%
import pellucid

seeds = {"abs(x1)": (1, 2, 1), "min(x1, x2)": (2, 3, 1), "x1 - x2": (2, 2, 1)}
compiled = {text: pellucid.compile(text) for text in seeds}
compiled["min(x1, x2)"]

# %%
compiled["min(x1, x2)"].network.draw(at=[3, -5])

# %%
runs = pellucid.train("min(x1, x2)", layers=seeds["min(x1, x2)"], seeds=8, steps=10_000)
runs

# %% [markdown]
# The best of them, taken apart:

# %%
pellucid.decompile(runs.network)
