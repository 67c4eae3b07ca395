package io.matih.inference.server.cli;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/// One line that says how far an upload is, written again whenever the percentage changes; nothing
/// where standard error is no terminal. Told by one thread, cleared by another after the last call.
final class UploadProgress implements LongConsumer {
    private static final String START_OF_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private final String name;
    private final long total;
    private final AtomicInteger shownPercent = new AtomicInteger(-1);

    UploadProgress(Terminal terminal, String name, long total) {
        this.terminal = terminal;
        this.name = Printable.clip(Printable.line(name), 40);
        this.total = total;
    }

    @Override
    public void accept(long sent) {
        int percent = total == 0 ? 100 : (int) (sent * 100 / total);
        if (terminal.progress() && shownPercent.getAndSet(percent) != percent) {
            terminal.err()
                    .print(
                            "%suploading %s  %3d %%  %s of %s"
                                    .formatted(
                                            START_OF_LINE,
                                            name,
                                            percent,
                                            HumanUnits.bytes(sent),
                                            HumanUnits.bytes(total)));
            terminal.err().flush();
        }
    }

    void clear() {
        if (shownPercent.get() >= 0 && terminal.progress()) {
            terminal.err().print(START_OF_LINE);
            terminal.err().flush();
        }
    }
}
