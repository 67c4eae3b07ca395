package io.matih.inference.server.security;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Which web pages may send requests: those the server itself delivered, and listed ones. Browsers
/// name the page in `Origin` and `Sec-Fetch-Site`; other clients send neither and pass. No answer
/// ever carries a CORS header, so a foreign page can never read one either.
public final class OriginPolicy {
    private final Set<String> allowed;

    /// @param origins scheme, host and port as browsers write them: `https://ops.example:8443`
    public OriginPolicy(Set<String> origins) {
        allowed =
                origins.stream()
                        .map(origin -> origin.toLowerCase(Locale.ROOT))
                        .collect(toUnmodifiableSet());
    }

    /// @param origins every `Origin` header of the request
    /// @param fetchSite the `Sec-Fetch-Site` header
    /// @param own the origin of pages this server delivered under the name it was asked by
    /// @throws ServingException `ORIGIN_NOT_ALLOWED`
    public void check(List<String> origins, @Nullable String fetchSite, String own) {
        for (var origin : origins) {
            if (!allows(origin, own)) {
                throw new ServingException(
                        ErrorCode.ORIGIN_NOT_ALLOWED,
                        "web pages of '%s' may not use this server"
                                .formatted(ServingException.clip(origin)));
            }
        }
        // A listed page is another site too; it has just been let in by its name.
        if (origins.isEmpty() && "cross-site".equalsIgnoreCase(fetchSite)) {
            throw new ServingException(
                    ErrorCode.ORIGIN_NOT_ALLOWED,
                    "web pages of other sites may not use this server");
        }
    }

    private boolean allows(String origin, String own) {
        return origin.equalsIgnoreCase(own) || allowed.contains(origin.toLowerCase(Locale.ROOT));
    }
}
