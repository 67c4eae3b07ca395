/// JMH benchmarks of what every prediction passes: decoding, the model's run, encoding. With `-prof
/// gc` they say what one request allocates.
@NullMarked
package io.matih.inference.bench;

import org.jspecify.annotations.NullMarked;
