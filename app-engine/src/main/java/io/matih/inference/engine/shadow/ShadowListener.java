package io.matih.inference.engine.shadow;

import java.util.List;

/// Who acts on verdicts. Called by the keeper, one at a time, until it has done so.
public interface ShadowListener {
    /// A candidate that may be promoted without being asked has passed.
    void passed(ShadowKey key, List<String> reasons);

    /// A version that was promoted has broken its gate, as its predecessor's comparison shows.
    void broken(ShadowKey key, List<String> reasons);

    /// A predecessor has watched long enough.
    void watched(ShadowKey key);
}
