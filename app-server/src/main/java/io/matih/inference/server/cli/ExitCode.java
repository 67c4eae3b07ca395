package io.matih.inference.server.cli;

/// What the process tells its caller. The client commands use the first three; 69 and up are
/// `sysexits.h`'s numbers.
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int UNAVAILABLE = 69;
    static final int INTERNAL = 70;
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
