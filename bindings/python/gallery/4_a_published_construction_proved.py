# %% [markdown]
# # A proof that a published construction is right
#
# The median of three is often written as `max(min(a, b), min(max(a, b), c))`. Is that right for all real numbers?

# %%
import pellucid

a, b, c = pellucid.inputs("a b c")
construction = pellucid.max(pellucid.min(a, b), pellucid.min(pellucid.max(a, b), c))
proof = pellucid.prove(construction, "median(a, b, c)")
proof

# %% [markdown]
# The certificate is looked at by a small program that shares nothing with the prover but the nouns:

# %%
proof.certificate.check()

# %% [markdown]
# A construction with a mistake in it is refuted by an input with both exact values:

# %%
pellucid.prove(pellucid.max(pellucid.min(a, b), pellucid.min(a, c)), "median(a, b, c)")

# %% [markdown]
# Telgarsky's sawtooth: tents composed have exponentially many pieces in few neurons. Three of them, and the eight
# pieces that are claimed:

# %%
(x,) = pellucid.inputs("x")
tent = lambda e: pellucid.min(2 * e, 2 - 2 * e)
sawtooth = pellucid.compile(tent(tent(tent(x))), on="[0,1]")
sawtooth.network.shape, sawtooth.network.cells(on="[0,1]").n_regions
