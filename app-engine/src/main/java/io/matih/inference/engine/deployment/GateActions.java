package io.matih.inference.engine.deployment;

import io.matih.inference.engine.shadow.ShadowKey;
import io.matih.inference.engine.shadow.ShadowListener;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;

/// Does what verdicts ask for, as the operator `gate`, with the verdict's reasons in the revision.
record GateActions(Deployments deployments) implements ShadowListener {
    private static final Logger LOG = LoggerFactory.getLogger(GateActions.class);
    private static final String ACTOR = "gate";

    @Override
    public void passed(ShadowKey key, List<String> reasons) {
        LOG.info("'{}': version {} has passed and is promoted", key.deployment(), key.shadow());
        deployments.decide(
                key, (traffic, entry) -> traffic.promote(entry, key.shadow(), change(reasons)));
    }

    @Override
    public void broken(ShadowKey key, List<String> reasons) {
        LOG.warn(
                "'{}': version {} has broken its gate; version {} comes back: {}",
                key.deployment(),
                key.primary(),
                key.shadow(),
                reasons);
        deployments.decide(
                key,
                (traffic, entry) -> traffic.bringBackWatcher(entry, key.shadow(), change(reasons)));
    }

    @Override
    public void watched(ShadowKey key) {
        deployments.decide(
                key,
                (traffic, entry) ->
                        traffic.withdraw(
                                entry,
                                key.shadow(),
                                change(
                                        List.of(
                                                "version %d has kept to its gate"
                                                        .formatted(key.primary())))));
    }

    private static Change change(List<String> reasons) {
        return new Change(null, ACTOR, String.join("; ", reasons));
    }
}
