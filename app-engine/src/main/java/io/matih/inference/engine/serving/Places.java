package io.matih.inference.engine.serving;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ThreadLocalRandom;

/// Where a key falls among 10,000 places: the same key on the same place each time, one that is
/// absent anywhere.
///
/// FNV-1a over the key's characters after a name, so that two deployments don't pick the same
/// users, finished as in SplitMix64 because FNV's low bits are weak.
public final class Places {
    public static final int ALL = 10_000;
    public static final int PER_PERCENT = ALL / 100;

    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Places() {}

    /// What tells the places of one name from those of another.
    public static long seed(String name) {
        return mix(FNV_BASIS, name);
    }

    /// @return 0 to 9,999
    public static int of(long seed, @Nullable String key) {
        if (key == null) {
            return ThreadLocalRandom.current().nextInt(ALL);
        }
        long hash = mix(seed, key);
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 31), ALL);
    }

    private static long mix(long hash, String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        // Ends the text: "ab" before "c" is not "a" before "bc".
        return (hash ^ 0xffff) * FNV_PRIME;
    }
}
