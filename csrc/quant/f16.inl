using F16 = RealLoader<load_half, 2>;
