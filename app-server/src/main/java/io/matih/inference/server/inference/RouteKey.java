package io.matih.inference.server.inference;

/// The parameter `route_key` of a request, the same on every protocol.
public final class RouteKey {
    public static final String NAME = "route_key";
    public static final String ALLOWED = "a string of 1 to 256 characters";
    private static final int LONGEST = 256;

    private RouteKey() {}

    public static boolean isAllowed(String key) {
        return !key.isEmpty() && key.length() <= LONGEST;
    }
}
