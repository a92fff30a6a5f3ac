CREATE TABLE IF NOT EXISTS `php_sessions` (
  `id` BINARY(16) NOT NULL COMMENT 'first half of SHA-256 over namespace, NUL, session id',
  `version` BIGINT UNSIGNED NOT NULL COMMENT 'run of the server that wrote (10 bits), incarnation of the session (26), counter of writes (9), random mark (18)',
  `expires` INT UNSIGNED NOT NULL COMMENT 'Unix time of the server, in coarse steps',
  `created` INT UNSIGNED NOT NULL COMMENT 'Unix time',
  `used` INT UNSIGNED NOT NULL COMMENT 'Unix time of the last write or touch',
  `tag` BINARY(16) NULL COMMENT 'whose session it is, hashed',
  `format` TINYINT UNSIGNED NOT NULL COMMENT 'how data is stored; 0: as PHP serialized it; 1, 2: compressed with lz4, zstd; 16 more: encrypted',
  `data` LONGBLOB NOT NULL,
  PRIMARY KEY (`id`),
  KEY `expires` (`expires`),
  KEY `tag` (`tag`)
) ENGINE=InnoDB
