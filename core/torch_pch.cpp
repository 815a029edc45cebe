// Exists only to build the precompiled header that all libtorch targets share.
