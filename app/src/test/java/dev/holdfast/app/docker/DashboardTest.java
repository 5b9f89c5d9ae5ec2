package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.docker.Dashboard.Panel;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What needs no engine; that its queries find something is shown by {@link ProxyIT}. */
class DashboardTest {
  private final List<Panel> panels = Dashboard.panels();

  @Test
  void eachPanelHasAnIdOfItsOwnAndAPlaceOfItsOwn() {
    assertEquals(panels.size(), panels.stream().map(Panel::id).collect(Collectors.toSet()).size());
    for (Panel panel : panels) {
      var place = panel.place();
      assertTrue(place.x() >= 0 && place.y() >= 0, panel.title());
      assertTrue(place.width() > 0 && place.x() + place.width() <= 24, panel.title());
      assertEquals(
          List.of(panel), panels.stream().filter(other -> other.place().overlaps(place)).toList());
    }
  }

  @Test
  void eachPanelButARowAsksTheSourceThatIsProvisioned() {
    for (Panel panel : panels) {
      assertTrue(Set.of("row", "stat", "timeseries").contains(panel.type()), panel.title());
      if (!panel.type().equals("row")) {
        assertFalse(panel.queries().isEmpty(), panel.title());
        panel.queries().forEach(query -> assertFalse(query.isBlank(), panel.title()));
        assertEquals(Set.of("prometheus"), Set.copyOf(panel.sources()), panel.title());
      }
    }
    assertTrue(Dashboard.sources().contains("uid: prometheus,"), Dashboard.sources());
  }
}
