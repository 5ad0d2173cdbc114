"""The plate: unalloyed steel, with handbook values from memory (not looked up for this file)."""

AMBIENT_K = 300.0
MELTING_K = 1_790.0
SURFACE_TENSION_N_M = 1.5
LIQUID_DENSITY = 6_900.0
DIFFUSIVITY_M2_S = 6.0e-6
EMISSIVITY_LIQUID, EMISSIVITY_SOLID = 0.28, 0.55

KINEMATIC_TENSION = SURFACE_TENSION_N_M / LIQUID_DENSITY
"""Surface tension over density (m³/s²)."""
