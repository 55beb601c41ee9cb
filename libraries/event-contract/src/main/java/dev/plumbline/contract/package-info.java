/** What crosses a topic, and nothing else. Depends on the JDK and Jackson only. */
@NullMarked
package dev.plumbline.contract;

import org.jspecify.annotations.NullMarked;
