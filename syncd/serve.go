package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"

	"khumue/internal/fault"
	"khumue/syncd/internal/config"
)

// settings is where the configuration of a command comes from.
type settings struct {
	Config string `help:"ไฟล์การตั้งค่า; ไม่ระบุ: syncd.yaml ถ้ามี · Configuration; syncd.yaml where there is one, unless given." placeholder:"FILE"`
}

// usualFile is the configuration that is read when none is named.
const usualFile = "syncd.yaml"

// read returns the effective configuration.
func (c settings) read(s streams) (config.Config, error) {
	name := c.Config
	if name == "" {
		name = usualFile
	}
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Config == "":
		data = nil
	case err != nil:
		return config.Config{}, fault.New(fault.NotFound, fault.Textf("อ่านไฟล์การตั้งค่า %s ไม่ได้", "the configuration %s can not be read", name)).Because(err)
	}
	return config.Read(config.Source{Name: name, Data: data, Env: s.env, ReadFile: os.ReadFile})
}

// logger writes JSON lines of the level that is configured.
func logger(s streams, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: l}))
}

type serveCommand struct {
	settings
	PrintConfig bool `name:"print-config" help:"แสดงการตั้งค่าที่มีผล ไม่แสดงความลับ แล้วจบ · Print the effective configuration, secrets masked, and end."`
}

// spendMemory has garbage collected half as often as Go does by itself, unless the
// environment says how often: a centre has little in memory, tens of megabytes, and when
// all offices come a fifth of its time went into looking it through.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// Run runs the daemon until it is interrupted.
func (c *serveCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	if c.PrintConfig {
		return cfg.Print(s.out)
	}
	spendMemory()
	centre, err := openCentre(ctx, cfg, logger(s, cfg.Log.Level), false)
	if err != nil {
		return err
	}
	err = centre.serve(ctx, func() {
		fmt.Fprintf(s.out, "%s\n%s\n", cfg.Public.Address, cfg.BackOffice.Address)
	})
	return errors.Join(err, centre.close())
}
