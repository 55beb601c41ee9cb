/** How a command reaches Kafka: the options that people give, and the properties that its clients take. */
@NullMarked
package dev.plumbline.cli.kafka;

import org.jspecify.annotations.NullMarked;
