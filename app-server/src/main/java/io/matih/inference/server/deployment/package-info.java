/// Deploy, undeploy, and what is deployed.
@NullMarked
package io.matih.inference.server.deployment;

import org.jspecify.annotations.NullMarked;
