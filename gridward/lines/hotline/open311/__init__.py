"""Open311 GeoReport v2: other systems report needs and follow them. Source: wiki.open311.org/GeoReport_v2."""
