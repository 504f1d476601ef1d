extension SecretMasker {
  /// Changes whenever `kinds` does; stored beside what was masked.
  package static let version = 1

  /// The published table, most specific first: where two kinds overlap, the earlier names it.
  package static let kinds: [SecretKind] =
    privateKeys + cloudKinds + codeHostKinds + messagingKinds + modelKinds + serviceKinds
    + protocolKinds + contextKinds

  private static let privateKeys: [SecretKind] = [
    SecretKind(
      "private-key", "PEM and PuTTY private key blocks over several lines, also base64 of one",
      [
        .reader(.pem, ["private key-----", "private key block-----"]),
        .reader(.putty, ["private-lines:"]),
        .token("LS0tLS1CRUdJTiBSU0EgUFJJVkFUR", .base64, 40...65536, .nothing),
        .token("LS0tLS1CRUdJTiBQUklWQVRFIEtFW", .base64, 40...65536, .nothing),
        .token("LS0tLS1CRUdJTiBFQyBQUklWQVRF", .base64, 40...65536, .nothing),
        .token("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUg", .base64, 40...65536, .nothing),
      ]),
    SecretKind(
      "age-key", "age identity", [.token("AGE-SECRET-KEY-1", .upper, 40...80, .nothing)]),
  ]

  private static let cloudKinds: [SecretKind] = [
    SecretKind(
      "aws-access-key-id", "AWS access key id, long-term or temporary",
      ["AKIA", "ASIA", "ABIA", "ACCA"].map { .token($0, .upper, 16...16, .nothing) }),
    SecretKind(
      "aws-secret-key", "AWS secret access key, by its name or beside an access key id",
      [.reader(.awsSecretBesideId, ["akia", "asia"])]),
    SecretKind(
      "aws-session-token", "AWS session token",
      ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"].map {
        .token($0, .base64, 60...8192, .nothing)
      }),
    SecretKind(
      "bedrock-api-key", "Amazon Bedrock API key",
      [
        .token("ABSK", .base64, 60...512, .mixture),
        .token("bedrock-api-key-", .base64, 20...8192, .digit),
      ]),
    SecretKind(
      "google-api-key", "Google API key", [.token("AIza", .url, 35...35, .nothing)]),
    SecretKind(
      "google-oauth", "Google OAuth client secret, access or refresh token",
      [
        .token("GOCSPX-", .url, 20...40, .nothing), .token("ya29.", .dotted, 20...2048, .nothing),
        .token("1//0", .url, 30...256, .mixture),
      ]),
    SecretKind("azure-client-secret", "Entra client secret", [.reader(.azureClientSecret, ["q~"])]),
    SecretKind(
      "digitalocean-token", "DigitalOcean token",
      ["dop_v1_", "doo_v1_", "dor_v1_"].map { .token($0, .hex, 40...80, .nothing) }),
    SecretKind(
      "cloudflare-key", "Cloudflare origin CA key (others by their name)",
      [.token("v1.0-", .url, 100...200, .digit)]),
    SecretKind(
      "heroku-key", "Heroku API key (a UUID by its name)",
      [.token("HRKU-", .url, 30...80, .digit)]),
    SecretKind(
      "openshift-token", "OpenShift token", [.token("sha256~", .url, 43...43, .nothing)]),
    SecretKind(
      "databricks-token", "Databricks token", [.token("dapi", .hex, 32...32, .digit)]),
    SecretKind(
      "vault-token", "HashiCorp Vault token",
      ["hvs.", "hvb.", "hvr."].map { .token($0, .url, 24...512, .nothing) }),
    SecretKind(
      "terraform-token", "Terraform Cloud token", [.reader(.terraformCloud, [".atlasv1."])]),
    SecretKind("pulumi-token", "Pulumi token", [.token("pul-", .hex, 40...40, .nothing)]),
    SecretKind("fly-token", "Fly.io token", [.token("fm2_", .base64, 60...4096, .nothing)]),
    SecretKind("tailscale-key", "Tailscale key", [.token("tskey-", .url, 16...128, .digit)]),
    SecretKind(
      "planetscale-token", "PlanetScale token or password",
      ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"].map { .token($0, .dotted, 32...80, .nothing) }),
    SecretKind(
      "supabase-key", "Supabase key",
      [.token("sbp_", .hex, 40...40, .nothing), .token("sb_secret_", .url, 20...80, .nothing)]),
    SecretKind(
      "doppler-token", "Doppler token", [.token("dp.pt.", .alphanumeric, 40...48, .nothing)]),
    SecretKind(
      "artifactory-key", "Artifactory key",
      [
        .token("AKCp", .alphanumeric, 60...80, .mixture),
        .token("cmVmdGtuOj", .base64, 40...80, .nothing),
      ]),
  ]

  private static let codeHostKinds: [SecretKind] = [
    SecretKind(
      "github-token", "GitHub token: personal, OAuth, app, refresh",
      ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { .token($0, .alphanumeric, 30...255, .nothing) }
        + [.token("github_pat_", .word, 40...255, .nothing)]),
    SecretKind(
      "gitlab-token", "GitLab token: personal, deploy, runner, CI, trigger, feed, agent",
      [
        "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-",
        "glsoat-", "glffct-",
      ].map { .token($0, .dotted, 20...300, .nothing) }
        + [.token("GR1348941", .url, 20...20, .nothing)]),
    SecretKind("npm-token", "npm token", [.token("npm_", .alphanumeric, 36...36, .nothing)]),
    SecretKind("pypi-token", "PyPI token", [.token("pypi-AgE", .url, 50...1024, .nothing)]),
    SecretKind(
      "docker-token", "Docker Hub token",
      ["dckr_pat_", "dckr_oat_"].map { .token($0, .url, 20...64, .nothing) }),
    SecretKind("rubygems-key", "RubyGems key", [.token("rubygems_", .hex, 48...48, .nothing)]),
    SecretKind(
      "atlassian-token", "Atlassian or Bitbucket token",
      [
        .token("ATATT3", .base64, 60...400, .nothing),
        .token("ATCTT3", .base64, 60...400, .nothing),
        .token("ATBB", .alphanumeric, 28...40, .mixture),
      ]),
    SecretKind(
      "buildkite-token", "Buildkite token",
      ["bkua_", "bkaj_"].map { .token($0, .alphanumeric, 32...64, .nothing) }),
    SecretKind("circleci-token", "CircleCI token", [.token("CCIPAT_", .word, 30...128, .digit)]),
    SecretKind(
      "sentry-token", "Sentry token",
      [.token("sntrys_", .base64, 60...512, .nothing), .token("sntryu_", .hex, 64...64, .nothing)]),
    SecretKind("postman-key", "Postman key", [.token("PMAK-", .url, 50...70, .digit)]),
    SecretKind("linear-key", "Linear key", [.token("lin_api_", .alphanumeric, 32...64, .nothing)]),
    SecretKind("figma-token", "Figma token", [.token("figd_", .url, 36...64, .nothing)]),
    SecretKind("notion-token", "Notion token", [.token("ntn_", .alphanumeric, 40...60, .digit)]),
  ]

  private static let messagingKinds: [SecretKind] = [
    SecretKind(
      "slack-webhook", "Slack webhook URL", [.reader(.slackWebhook, ["hooks.slack.com/"])]),
    SecretKind(
      "slack-token", "Slack token: bot, user, app, refresh",
      [
        "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxc-", "xoxd-", "xoxe.xoxp-",
        "xapp-",
      ]
      .map { .token($0, .url, 16...512, .digit) }),
    SecretKind(
      "discord-webhook", "Discord webhook URL", [.reader(.discordWebhook, ["/api/webhooks/"])]),
    SecretKind(
      "discord-token", "Discord bot token, on a line that speaks of Discord or a bot",
      [.reader(.discordToken, ["discord", "bot "])]),
    SecretKind(
      "teams-webhook", "Microsoft Teams webhook URL",
      [.reader(.teamsWebhook, [".webhook.office.com/"])]),
    SecretKind("telegram-token", "Telegram bot token", [.reader(.telegram, [":aa"])]),
    SecretKind("sendgrid-key", "SendGrid key", [.reader(.sendgrid, ["sg."])]),
    SecretKind("mailgun-key", "Mailgun key", [.token("key-", .hex, 32...32, .nothing)]),
    SecretKind("mailchimp-key", "Mandrill key", [.token("md-", .url, 22...22, .mixture)]),
    SecretKind(
      "twilio-key", "Twilio API key (auth token by its name)",
      [.token("SK", .hex, 32...32, .digit)]),
  ]

  private static let modelKinds: [SecretKind] = [
    SecretKind("anthropic-key", "Anthropic key", [.token("sk-ant-", .url, 20...256, .digit)]),
    SecretKind(
      "openai-key", "OpenAI key, and others of that form (OpenRouter, DeepSeek)",
      ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-"].map {
        .token($0, .url, 20...256, .digit)
      }
        + [.token("sk-", .alphanumeric, 24...128, .digit)]),
    SecretKind(
      "huggingface-token", "Hugging Face token",
      ["hf_", "api_org_"].map { .token($0, .alphanumeric, 30...64, .nothing) }),
    SecretKind("groq-key", "Groq key", [.token("gsk_", .alphanumeric, 40...64, .digit)]),
    SecretKind(
      "replicate-token", "Replicate token", [.token("r8_", .alphanumeric, 36...40, .digit)]),
    SecretKind(
      "perplexity-key", "Perplexity key", [.token("pplx-", .alphanumeric, 40...64, .nothing)]),
    SecretKind("xai-key", "xAI key", [.token("xai-", .alphanumeric, 60...100, .digit)]),
    SecretKind(
      "langsmith-key", "LangSmith key",
      ["lsv2_pt_", "lsv2_sk_"].map { .token($0, .word, 32...64, .digit) }),
  ]

  private static let serviceKinds: [SecretKind] = [
    SecretKind(
      "stripe-key", "Stripe secret or restricted key, webhook secret",
      ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"].map {
        .token($0, .base64, 16...256, .nothing)
      }),
    SecretKind(
      "square-token", "Square token or secret",
      [
        .token("sq0atp-", .url, 22...22, .nothing), .token("sq0csp-", .url, 43...43, .nothing),
        .token("EAAA", .url, 60...60, .mixture),
      ]),
    SecretKind(
      "shopify-token", "Shopify token or secret",
      ["shpat_", "shpca_", "shppa_", "shpss_"].map { .token($0, .hex, 32...32, .nothing) }),
    SecretKind(
      "new-relic-key", "New Relic key",
      ["NRAK-", "NRII-", "NRRA-", "NRSP-"].map { .token($0, .url, 27...32, .nothing) }
        + [.reader(.newRelicLicense, ["nral"])]),
    SecretKind(
      "grafana-token", "Grafana token",
      [
        .token("glc_", .base64, 32...400, .nothing), .token("glsa_", .word, 38...48, .nothing),
        .token("eyJrIjoi", .base64, 40...400, .nothing),
      ]),
    SecretKind(
      "dynatrace-token", "Dynatrace token", [.token("dt0c01.", .dotted, 80...100, .nothing)]),
    SecretKind(
      "onepassword-token", "1Password service account token",
      [.token("ops_eyJ", .base64, 100...4096, .nothing)]),
    SecretKind("easypost-key", "EasyPost key", [.token("EZAK", .alphanumeric, 54...54, .nothing)]),
    SecretKind("adafruit-key", "Adafruit key", [.token("aio_", .alphanumeric, 28...28, .digit)]),
  ]

  private static let protocolKinds: [SecretKind] = [
    SecretKind("jwt", "JSON Web Token, signed or encrypted", [.reader(.jwt, ["eyj"])]),
    SecretKind(
      "url-password", "Password in a URL: scheme://user:password@host",
      [.reader(.urlPassword, ["://"])]),
    SecretKind(
      "url-signature", "Signature in a URL or a signed request: SAS, presigned S3, GCS, CloudFront",
      [
        .reader(
          .queryValue,
          [
            "?sig=", "&sig=", "%26sig%3d", "amz-signature=", "amz-security-token=",
            "goog-signature=", "&signature=", "?signature=", " signature=", ",signature=",
            "\"signature=",
          ])
      ]),
    SecretKind(
      "authorization", "Authorization header", [.reader(.authorization, ["authorization"])]),
    SecretKind("bearer-token", "Token after the word Bearer", [.reader(.bearer, ["bearer "])]),
    SecretKind(
      "basic-auth", "Base64 of user:password after the word Basic, or in a Docker config",
      [
        .reader(.basic, ["basic "]), .reader(.dockerAuth, ["auth"]),
        .token("eyJhdXRocyI6", .base64, 20...4096, .nothing),
      ]),
    SecretKind("cookie", "Values in Cookie and Set-Cookie", [.reader(.cookie, ["cookie"])]),
  ]

  private static let contextKinds: [SecretKind] = [
    SecretKind("netrc-password", "Password of a .netrc line", [.reader(.netrc, ["password "])]),
    SecretKind(
      "pgpass-password", "Password of a .pgpass line",
      [.reader(.pgpass, [":5432:", ":5433:", ":6432:", ":*:"])]),
    SecretKind(
      "password-hash", "Password hash of crypt(3), bcrypt, argon2",
      [
        .reader(
          .passwordHash, ["$1$", "$5$", "$6$", "$y$", "$2a$", "$2b$", "$2y$", "$apr1$", "$argon2"])
      ]),
    SecretKind(
      "command-password",
      "Password given to curl -u, sshpass -p, mysql -p, redis-cli -a, docker login",
      [
        .reader(
          .command,
          [
            "curl ", "sshpass ", "mysql", "mariadb", "redis-cli ", "login ", "wget ",
            "convertto-securestring", "ldap",
          ])
      ]),
    SecretKind(
      "password", "Value after a name such as password, passwd, pwd, passphrase",
      [
        .reader(
          .assignment(.password), ["password", "passwd", "passphrase", "pwd", "passcode", "pass"])
      ]),
    SecretKind(
      "token", "Value after a name such as token, secret, credentials",
      [
        .reader(
          .assignment(.token), ["token", "secret", "credentials", "_auth", "jwt"])
      ]),
    SecretKind(
      "key", "Value after a name such as api_key, access_key, private_key, connection_string",
      [
        .reader(
          .assignment(.key),
          [
            "apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "secretkey",
            "secret_key", "secret-key", "privatekey", "private_key", "private-key", "accountkey",
            "account_key", "signing_key", "signingkey", "encryption_key", "encryptionkey",
            "master_key", "masterkey", "sharedaccesskey", "shared_key", "license_key", "licensekey",
            "app_key", "appkey", "secret_key_base",
            "subscription-key", "functions-key", "consumer_key", "function_key", "webhook_key",
            "auth_key", "authkey", "storage_key", "service_key",
          ])
      ]),
    SecretKind("card-number", "Payment card number that passes the Luhn check", []),
  ]
}
