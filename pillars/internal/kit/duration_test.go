package kit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT4H": 4 * time.Hour, "PT30M": 30 * time.Minute, "PT1H30M": 90 * time.Minute, "P1D": 24 * time.Hour,
		"P365D": 365 * 24 * time.Hour, "P1DT12H": 36 * time.Hour, "P2W": 14 * 24 * time.Hour, "PT0S": 0,
	} {
		got, err := Duration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "P", "PT", "4H", "P4H", "PT4", "PT4D", "P1Y", "P6M", "PT4H4H", "PT30M1H", "-PT4H",
		"PT-4H", "PT1.5H", "pt4h", "PT4H ", "PTT4H", "P1DT", "PT99999999H", "P9999999W", "PT99999999999999999999S"} {
		_, err := Duration(text)
		require.Errorf(t, err, "%q", text)
	}
}
