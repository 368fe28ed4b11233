//! PyTorch's random stream and a trainer for small ReLU networks.
