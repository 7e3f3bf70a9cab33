package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

const (
	defaultListen   = "127.0.0.1:8420"
	defaultRegistry = "http://" + defaultListen
)

// settings is the configuration: what a flag has not set comes from the
// environment, then from patternbook.toml, then from the defaults. Each is a text
// until it is used.
type settings struct {
	Registry string // address, for clients
	Data     string // folder, for those who keep the registry, as all that follow
	Listen   string // host:port
	Origin   string // of a new ledger

	Artifacts    string // folder or s3:// URL; the folder artifacts in Data when empty
	Redirect     string // whether downloads are sent to the store: true or false
	MaxFile      string // bytes of one artifact
	AccountQuota string // bytes of all that an account has sent
	TotalQuota   string // bytes of all artifacts
	Uploads      string // number of uploads of an account under way at once
	UploadExpiry string // duration after which an incomplete upload ends
	Grace        string // duration for which an artifact that nothing names is kept
	Reserve      string // bytes of the disk that are left free
	CollectEvery string // duration between two collections of garbage

	LimitSignUp, LimitLogin, LimitWrite, LimitUpload, LimitReport, LimitSearch string // rates
	Accounts                                                                   string // who opens accounts: open or closed
	TrustedProxies                                                             string // networks, by commas
	AuditKeep                                                                  string // duration for which it is kept who has written
	TransferWait                                                               string // duration for which owners can stop a transfer

	home   string // configuration folder
	folder bool   // whether Data was said
	chosen bool   // whether Listen was said
}

// A setting is a key of patternbook.toml. Its variable is PATTERNBOOK_ and the key
// in capitals.
type setting struct {
	key    string
	value  *string
	preset string
}

func (s *settings) all() []setting {
	return []setting{
		{"registry", &s.Registry, defaultRegistry},
		{"data", &s.Data, "patternbook-data"},
		{"listen", &s.Listen, ""},
		{"origin", &s.Origin, ""},
		{"artifacts", &s.Artifacts, ""},
		{"artifacts_redirect", &s.Redirect, ""},
		{"max_file", &s.MaxFile, ""},
		{"account_quota", &s.AccountQuota, ""},
		{"total_quota", &s.TotalQuota, ""},
		{"uploads", &s.Uploads, ""},
		{"upload_expiry", &s.UploadExpiry, ""},
		{"grace", &s.Grace, ""},
		{"reserve", &s.Reserve, ""},
		{"collect_every", &s.CollectEvery, "24h"},
		{"limit_sign_up", &s.LimitSignUp, ""},
		{"limit_login", &s.LimitLogin, ""},
		{"limit_write", &s.LimitWrite, ""},
		{"limit_upload", &s.LimitUpload, ""},
		{"limit_report", &s.LimitReport, ""},
		{"limit_search", &s.LimitSearch, ""},
		{"accounts", &s.Accounts, ""},
		{"trusted_proxies", &s.TrustedProxies, ""},
		{"audit_keep", &s.AuditKeep, ""},
		{"transfer_wait", &s.TransferWait, ""},
	}
}

func (s *settings) fill(env func(string) string) error {
	s.home = env("PATTERNBOOK_CONFIG_HOME")
	if s.home == "" {
		user, err := os.UserConfigDir()
		if err != nil {
			user = "."
		}
		s.home = filepath.Join(user, "patternbook")
	}
	file, err := s.read(filepath.Join(s.home, "patternbook.toml"))
	if err != nil {
		return err
	}
	s.folder = cmp.Or(s.Data, env("PATTERNBOOK_DATA"), file["data"]) != ""
	for _, v := range s.all() {
		for _, next := range []string{env("PATTERNBOOK_" + strings.ToUpper(v.key)), file[v.key], v.preset} {
			if *v.value == "" {
				*v.value = next
			}
		}
	}
	s.chosen = s.Listen != ""
	if !s.chosen {
		s.Listen = defaultListen
	}
	return nil
}

// read gives the settings of a file by their keys, none where there is no file.
func (s *settings) read(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		place := schema.Place{File: path, Detail: err.Error()}
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			place.Line, place.Column = at.Position()
		}
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the settings cannot be read", At: []schema.Place{place}}
	}
	known := make(map[string]bool)
	for _, v := range s.all() {
		known[v.key] = true
	}
	texts := make(map[string]string)
	var at []schema.Place
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !known[key] {
			at = append(at, schema.Place{File: path, Field: key, Detail: "there is no such setting"})
		}
		texts[key] = fmt.Sprint(values[key])
	}
	if len(at) > 0 {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the settings cannot be understood", Fix: "patternbook serve --help names every setting", At: at}
	}
	return texts, nil
}

// A login is the token of an account at one registry.
type login struct {
	Account schema.Name `json:"account"`
	Token   string      `json:"token"`
}

func (s *settings) loginsPath() string { return filepath.Join(s.home, "logins.json") }

// logins gives the stored logins by the address of their registry.
func (s *settings) logins() (map[string]login, error) {
	logins := make(map[string]login)
	data, err := os.ReadFile(s.loginsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return logins, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &logins)
	}
	if err != nil {
		return nil, fmt.Errorf("read the stored logins: %w", err)
	}
	return logins, nil
}

// storeLogin keeps a login, or forgets it when it has no token.
func (s *settings) storeLogin(address string, l login) error {
	logins, err := s.logins()
	if err != nil {
		return err
	}
	logins[address] = l
	if l.Token == "" {
		delete(logins, address)
	}
	return s.storePrivately(s.loginsPath(), logins)
}

// storePrivately writes a file of the configuration folder that nobody else on the
// machine may read.
func (s *settings) storePrivately(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return fmt.Errorf("make the configuration folder: %w", err)
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return os.Rename(temporary, path)
}

// client makes a client of the chosen registry: with the token of PATTERNBOOK_TOKEN,
// or else with that of the stored login, if there is one, and its key. The file
// PATTERNBOOK_KEY signs in place of that.
func (a *app) client() (*client.Client, error) {
	o := client.Options{Token: a.env("PATTERNBOOK_TOKEN"), UserAgent: "patternbook/" + version}
	if o.Token == "" {
		logins, err := a.settings.logins()
		if err != nil {
			return nil, err
		}
		l := logins[a.settings.Registry]
		o.Token = l.Token
		key, err := a.settings.key(l.Account)
		if err != nil {
			return nil, err
		}
		if key != nil {
			o.Signer = &client.Signer{Account: l.Account, Key: key}
		}
	}
	if path := a.env("PATTERNBOOK_KEY"); path != "" {
		key, err := readKeyFile(path)
		if err != nil {
			return nil, err
		}
		o.Signer = &client.Signer{Key: key}
	}
	return client.New(a.settings.Registry, o)
}

// remoteReference reads a reference argument and makes a client to ask about it.
func (a *app) remoteReference(text string) (schema.Reference, *client.Client, error) {
	ref, err := schema.ParseReference(text)
	if err != nil {
		return ref, nil, err
	}
	remote, err := a.client()
	return ref, remote, err
}
