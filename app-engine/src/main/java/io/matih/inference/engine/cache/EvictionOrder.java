package io.matih.inference.engine.cache;

import io.matih.inference.engine.device.Device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which model goes first: GreedyDual-Size (Cao and Irani, "Cost-Aware WWW Proxy Caching
/// Algorithms", USENIX ITS 1997), that is, least recently used weighted with what a reload costs.
///
/// A model has the priority `H = L + cost / size`, with its last load's seconds as cost and its MiB
/// as size, given when it is loaded and again when it is used. The lowest `H` goes, and `L` becomes
/// that `H`: so what is not used sinks below what is, a costly model more slowly than a cheap one.
/// Between two evictions `L` stays the same, so it is enough that a use sets a mark and that the
/// next choice gives all marked models the `H` that they would have had: the request's way stays
/// free of this. Equal priorities: the one unused for longest. The cache's lock guards it.
final class EvictionOrder {
    private static final double MIB = 1 << 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Comparator<CachedModel<?>> FIRST_TO_GO =
            Comparator.<CachedModel<?>>comparingDouble(CachedModel::priority)
                    .thenComparingLong(CachedModel::lastUsedNanos);

    private double inflation;

    void loaded(CachedModel<?> model) {
        model.setPriority(priority(model));
    }

    /// Models that nobody uses and that together make this room.
    ///
    /// @param shortage bytes needed on each device
    /// @return empty where they are not enough
    List<CachedModel<?>> choose(Collection<CachedModel<?>> models, Map<Device, Long> shortage) {
        models.stream().filter(CachedModel::takeMark).forEach(this::loaded);
        var left = new HashMap<>(shortage);
        var chosen = new ArrayList<CachedModel<?>>();
        for (var model :
                models.stream().filter(CachedModel::evictable).sorted(FIRST_TO_GO).toList()) {
            if (left.isEmpty()) {
                break;
            }
            if (subtract(left, model.footprint())) {
                chosen.add(model);
            }
        }
        return left.isEmpty() ? chosen : List.of();
    }

    private static boolean subtract(Map<Device, Long> left, Footprint footprint) {
        boolean helps = false;
        for (var bytes : footprint.bytes().entrySet()) {
            if (bytes.getValue() > 0 && left.containsKey(bytes.getKey())) {
                helps = true;
                left.computeIfPresent(
                        bytes.getKey(),
                        (_, needed) ->
                                needed > bytes.getValue() ? needed - bytes.getValue() : null);
            }
        }
        return helps;
    }

    void evicted(CachedModel<?> model) {
        inflation = Math.max(inflation, model.priority());
    }

    private double priority(CachedModel<?> model) {
        double seconds = model.loadNanos() / NANOS_PER_SECOND;
        double size = Math.max(1, model.footprint().total()) / MIB;
        return inflation + seconds / size;
    }
}
