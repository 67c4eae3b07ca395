package io.matih.inference.server.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.http.HeldBytes;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The bytes of one call's messages that are in memory, from their arrival to their answer, counted
/// together with the bodies of all other requests. Messages arrive on one thread; they are given
/// back on any.
final class HeldMessages extends ServerStreamTracer {
    private static final Context.Key<HeldMessages> KEY = Context.key("held-messages");

    private final HeldBytes all;
    private final AtomicLong here = new AtomicLong();
    private long arriving;
    private boolean full;
    private @Nullable Consumer<ServingException> whenFull;

    private HeldMessages(HeldBytes all) {
        this.all = all;
    }

    static Factory counting(HeldBytes all) {
        return new Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new HeldMessages(all);
            }
        };
    }

    /// Those of the call that is being started on this thread.
    static HeldMessages ofCall() {
        return Objects.requireNonNull(KEY.get());
    }

    /// What is to be done where there is no room for what arrives.
    void whenFull(Consumer<ServingException> action) {
        whenFull = action;
    }

    /// A message is complete.
    ///
    /// @return what its answer gives back
    long take(Received message) {
        if (message instanceof Received.Whole(_, long bytes) && bytes > arriving) {
            hold(bytes - arriving); // it came compressed
        }
        long taken = arriving;
        arriving = 0;
        return taken;
    }

    /// A message was answered.
    void giveBack(long bytes) {
        long before = here.getAndUpdate(now -> Math.max(0, now - bytes));
        all.giveBack(Math.min(before, bytes));
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(KEY, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
        hold(bytes);
    }

    @Override
    public void streamClosed(Status status) {
        all.giveBack(here.getAndSet(0));
    }

    private void hold(long bytes) {
        if (full) {
            return;
        }
        try {
            all.take(bytes);
            here.addAndGet(bytes);
            arriving += bytes;
        } catch (ServingException noRoom) {
            full = true;
            if (whenFull != null) {
                whenFull.accept(noRoom);
            }
        }
    }
}
