/** The warm-up of the producer's own path, before anything is measured. */
@NullMarked
package dev.plumbline.producer.selfwarmup;

import org.jspecify.annotations.NullMarked;
