using F32 = RealLoader<load_single, 4>;
