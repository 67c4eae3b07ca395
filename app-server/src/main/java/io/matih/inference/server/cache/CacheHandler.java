package io.matih.inference.server.cache;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.cache.CacheStatus;
import io.matih.inference.engine.cache.CacheStatus.DeviceUse;
import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.server.api.CacheView;
import io.matih.inference.server.api.CacheView.CacheEntry;
import io.matih.inference.server.api.CacheView.DeviceBudget;
import io.matih.inference.server.json.JsonReply;

import java.util.Map;
import java.util.TreeMap;

/// `GET /api/v1/inference/cache`.
public final class CacheHandler {
    private static final double NANOS_PER_MILLI = 1e6;

    private final ModelCache cache;

    public CacheHandler(ModelCache cache) {
        this.cache = cache;
    }

    public void show(Context ctx) {
        var status = cache.status();
        JsonReply.send(
                ctx,
                HttpStatus.OK,
                new CacheView(
                        status.devices().stream().map(CacheHandler::device).toList(),
                        status.models().stream().map(CacheHandler::entry).toList()));
    }

    private static DeviceBudget device(DeviceUse device) {
        return new DeviceBudget(
                device.device().toString(), device.budgetBytes(), device.usedBytes());
    }

    private static CacheEntry entry(ModelUse model) {
        return new CacheEntry(
                model.model(),
                Integer.toString(model.version()),
                state(model.state()),
                model.footprint().total(),
                bytes(model),
                model.footprint().measured(),
                model.pinned(),
                model.leases(),
                model.loads(),
                model.loads() == 0 ? null : model.loadNanos() / NANOS_PER_MILLI,
                model.lastUsed());
    }

    private static Map<String, Long> bytes(ModelUse model) {
        var bytes = new TreeMap<String, Long>();
        model.footprint().bytes().forEach((device, count) -> bytes.put(device.toString(), count));
        return bytes;
    }

    /// The words of a deployment's state.
    private static String state(CacheStatus.State state) {
        return switch (state) {
            case CacheStatus.State.Absent _ -> "EVICTED";
            case CacheStatus.State.Loading _ -> "LOADING";
            case CacheStatus.State.InMemory _ -> "READY";
            case CacheStatus.State.Failed _ -> "UNAVAILABLE";
        };
    }
}
