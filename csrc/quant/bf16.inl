using BF16 = RealLoader<load_bf16, 2>;
