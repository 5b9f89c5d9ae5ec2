package dev.holdfast.auth.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RevocationTest {
  @Test
  void itsSubjectIsAUserOrATokenOrAllOfTheTenant() {
    assertEquals(new Revocation("acme", "u:ann", 5, 9), Revocation.of("acme", "ann", null, 5, 9));
    assertEquals(new Revocation("acme", "t:x", 5, 9), Revocation.of("acme", null, "x", 5, 9));
    assertEquals(new Revocation("acme", "", 5, 9), Revocation.of("acme", null, null, 5, 9));
  }
}
