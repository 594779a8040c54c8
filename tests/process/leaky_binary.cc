// Exports a name of BoringSSL's, so that exported_symbols_test can be seen to refuse it.

extern "C" __attribute__((visibility("default"))) void SSL_CTX_new() {}

int main() { SSL_CTX_new(); }
